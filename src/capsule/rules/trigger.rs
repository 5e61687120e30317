//! Triggers: times that exist, requests that prove themselves, paths that stay inside.

use std::str::FromStr;

use serde_json::json;

use super::super::document::{WrittenFile, WrittenSchedule, WrittenTrigger, WrittenWebhook};
use super::super::flow::{Found, walk};
use super::super::node::escape;
use super::super::problem::Code;
use super::super::step::stays_inside;
use super::super::trigger::{FileChange, Schedule, Trigger, Webhook};
use super::Checker;
use super::amount::milliseconds;
use super::texts::{Roots, Surroundings};

impl Checker<'_> {
    /// Checks every trigger, in the order of the text.
    pub(super) fn triggers(&mut self) -> Vec<Trigger> {
        let document = self.document;
        let all = document.triggers.iter().enumerate();
        all.filter_map(|(index, written)| self.trigger(&format!("/triggers/{index}"), written))
            .collect()
    }

    fn trigger(&mut self, pointer: &str, written: &WrittenTrigger) -> Option<Trigger> {
        match (&written.schedule, &written.webhook, &written.file) {
            (Some(schedule), None, None) => Some(Trigger::Schedule(self.schedule(pointer, schedule))),
            (None, Some(webhook), None) => Some(Trigger::Webhook(self.webhook(pointer, webhook))),
            (None, None, Some(file)) => Some(Trigger::File(self.file(pointer, file))),
            (_, _, _) => {
                let message = "a trigger is one of `schedule`, `webhook` and `file`";
                self.error(
                    Code::C002,
                    self.span(pointer),
                    message,
                    "write each as its own item of the list",
                );
                None
            }
        }
    }

    fn schedule(&mut self, pointer: &str, written: &WrittenSchedule) -> Schedule {
        let pointer = format!("{pointer}/schedule");
        if let (false, Err(error)) = (written.cron.is_empty(), croner::Cron::from_str(&written.cron)) {
            let message = format!("`{}` is not a time of day and of the week: {error}", written.cron);
            let help = "minute, hour, day of the month, month, day of the week: `0 9 * * MON-FRI`";
            self.error(Code::C040, self.span(&format!("{pointer}/cron")), message, help);
        }
        if !written.tz.is_empty() && jiff::tz::TimeZone::get(&written.tz).is_err() {
            let message = format!("there is no time zone `{}`", written.tz);
            let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
            let span = self.span(&format!("{pointer}/tz"));
            self.unknown(Code::C040, span, message, &written.tz, zones.iter().map(String::as_str));
        }
        Schedule {
            cron: written.cron.clone(),
            zone: written.tz.clone(),
            misfire: written.misfire,
            jitter_ms: written.jitter.as_deref().and_then(milliseconds).unwrap_or(0),
        }
    }

    fn webhook(&mut self, pointer: &str, written: &WrittenWebhook) -> Webhook {
        let pointer = format!("{pointer}/webhook");
        let span = self.root.key_span_at(&pointer);
        if written.auth.is_none() || written.secret.is_none() {
            let message = "anybody could start this: `webhook` needs `auth` and `secret`";
            let help = "add `auth: hmac_sha256` and the name of a declared secret";
            self.error(Code::C041, span.clone(), message, help);
        }
        if let Some(secret) = &written.secret {
            self.declared(&format!("{pointer}/secret"), secret);
        }
        let at = Surroundings {
            extra: Some(("event", json!({}))),
            roots: Roots::Nothing,
            ..Surroundings::default()
        };
        match &written.dedupe_key {
            Some(key) => drop(self.expression(&at, &format!("{pointer}/dedupe_key"), key, false)),
            None => {
                let message = "a request that is sent twice would start two runs: `webhook` needs `dedupe_key`";
                let help = "an expression over the request, such as `dedupe_key: event.delivery_id`";
                self.error(Code::C042, span, message, help);
            }
        }
        for (input, expression) in &written.map {
            let place = format!("{pointer}/map/{}", escape(input));
            if let Found::Absent(known) = walk(&self.inputs, [input.as_str()]) {
                let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
                let span = self.root.key_span_at(&place);
                let message = format!("there is no input `{input}`");
                self.unknown(Code::C012, span, message, input, known.iter().map(String::as_str));
            }
            self.expression(&at, &place, expression, false);
        }
        Webhook {
            path: written.path.clone(),
            secret: written.secret.clone().unwrap_or_default(),
            dedupe_key: written.dedupe_key.clone().unwrap_or_default(),
            map: written.map.clone(),
        }
    }

    fn file(&mut self, pointer: &str, written: &WrittenFile) -> FileChange {
        if !written.glob.is_empty() && !stays_inside(&written.glob) {
            let message = format!("`{}` may leave the directory that is watched", written.glob);
            let help = "a relative path with `/` and without `..`";
            self.error(Code::C060, self.span(&format!("{pointer}/file/glob")), message, help);
        }
        FileChange {
            glob: written.glob.clone(),
            event: written.event,
            debounce_ms: written.debounce.as_deref().and_then(milliseconds).unwrap_or(0),
        }
    }
}
