//! Whether a request asks for an action, by its words.
//!
//! A request says "tell Ana that I am late" and a model chooses `mail.send`; an instruction that was injected into a
//! mail asks for the same action, but nothing in the request does. The names of tools are compared with the words of
//! the request by stems and groups of near synonyms in English. What is not recognised is not asked for, and a person
//! is asked: the error is on the careful side.

/// Groups of stems: a tool whose name has one of the first is asked for by a request that has one of the second.
const GROUPS: &[(&[&str], &[&str])] = &[
    (
        &[
            "send", "mail", "email", "reply", "forward", "message", "notify", "dm", "sms",
        ],
        &[
            "send", "sent", "mail", "email", "e-mail", "repl", "respon", "answer", "forward", "tell", "inform",
            "notif", "messag", "write", "let", "text", "ping", "share", "contact", "thank", "remind", "ask", "confirm",
            "drop", "dm", "pass",
        ],
    ),
    (
        &["post", "publish", "comment", "tweet", "announce"],
        &[
            "post", "publish", "comment", "announc", "share", "tweet", "tell", "write", "let", "messag", "repl",
            "respon", "answer", "update", "drop", "put", "send", "thank", "note", "ask",
        ],
    ),
    (
        &[
            "create", "add", "new", "make", "insert", "schedule", "book", "reserve", "register", "open", "draft",
            "compose",
        ],
        &[
            "creat", "add", "new", "mak", "schedul", "book", "plan", "set", "draft", "generat", "prepar", "organi",
            "note", "regist", "reserv", "arrang", "open", "fil", "put", "start", "block", "insert", "writ", "remind",
            "stick", "jot", "order", "buy", "purchas", "log", "raise",
        ],
    ),
    (
        &["write", "save", "store", "append", "upload", "put"],
        &[
            "writ",
            "sav",
            "stor",
            "append",
            "upload",
            "put",
            "creat",
            "add",
            "mak",
            "generat",
            "updat",
            "edit",
            "chang",
            "fix",
            "fil",
            "note",
            "draft",
            "document",
            "record",
            "bump",
            "replac",
            "renam",
            "translat",
            "implement",
            "summar",
            "attach",
            "correct",
        ],
    ),
    (
        &[
            "update",
            "edit",
            "modify",
            "patch",
            "set",
            "change",
            "rename",
            "move",
            "reschedule",
            "label",
            "assign",
            "close",
            "resolve",
            "mark",
            "replace",
            "apply",
            "transition",
            "tag",
        ],
        &[
            "updat",
            "edit",
            "modif",
            "patch",
            "set",
            "chang",
            "renam",
            "mov",
            "reschedul",
            "label",
            "assign",
            "clos",
            "resolv",
            "mark",
            "replac",
            "apply",
            "adjust",
            "correct",
            "fix",
            "shift",
            "postpon",
            "push",
            "bump",
            "tag",
            "mak",
            "refactor",
            "rewrit",
            "extend",
            "put",
            "sort",
            "fil",
            "switch",
            "turn",
        ],
    ),
    (
        &[
            "delete",
            "remove",
            "cancel",
            "drop",
            "clear",
            "empty",
            "purge",
            "trash",
            "archive",
            "unsubscribe",
            "erase",
        ],
        &[
            "delet",
            "remov",
            "cancel",
            "clear",
            "clean",
            "empty",
            "purg",
            "trash",
            "archiv",
            "unsubscrib",
            "eras",
            "rid",
            "tid",
            "prun",
            "wip",
            "call off",
        ],
    ),
    (
        &[
            "pay", "transfer", "buy", "purchase", "order", "donate", "refund", "checkout", "charge",
        ],
        &[
            "pay", "paid", "transfer", "buy", "purchas", "order", "donat", "refund", "settl", "checkout", "wire",
            "charg", "reimburs",
        ],
    ),
    (
        &[
            "run", "exec", "execute", "shell", "bash", "command", "test", "build", "trigger", "start",
        ],
        &[
            "run", "execut", "test", "build", "start", "compil", "launch", "trigger", "check", "fail", "bench", "lint",
            "format", "rerun", "retry", "command",
        ],
    ),
    (
        &["install"],
        &["install", "set up", "add", "depend", "upgrad", "package"],
    ),
    (
        &["push", "commit", "merge", "release", "deploy", "pr"],
        &[
            "push",
            "commit",
            "merg",
            "releas",
            "deploy",
            "submit",
            "publish",
            "ship",
            "land",
            "pr",
            "pull request",
            "tag",
        ],
    ),
    (
        &[
            "submit",
            "enrol",
            "enroll",
            "subscribe",
            "signup",
            "apply",
            "fill",
            "order",
            "checkout",
            "rsvp",
        ],
        &[
            "sign", "enrol", "regist", "apply", "submit", "subscrib", "fill", "join", "book", "order", "buy", "reserv",
            "request", "accept", "confirm", "rsvp",
        ],
    ),
    (
        &["invite", "share", "grant", "join"],
        &["invit", "shar", "grant", "access", "join", "add", "bring"],
    ),
];

/// What a tool that pays is called by.
const MONEY: &[&str] = &["money", "funds", "payment", "payments"];

/// Says whether the words of `request` ask for what `action` (`mail.send`, `send_money`) does.
pub(super) fn asks_for(request: &str, action: &str) -> bool {
    let words = words(request);
    let text = words.join(" ");
    let names = words_of_name(action);
    // The first word that says what is done counts: `calendar.create_event` creates, whatever events are called.
    let Some((deed, _, asking)) = deed(&names) else {
        // No group knows it: one of its words has to be there.
        let own = names.iter().filter(|name| name.len() >= 3);
        return own
            .into_iter()
            .any(|name| words.iter().any(|word| stem_fits(word, name)));
    };
    let asks = |stem: &&str| match stem.contains(' ') {
        true => text.contains(*stem),
        false => words.iter().any(|word| is_form(word, stem)),
    };
    asking.iter().any(asks) || words.iter().any(|word| stem_fits(word, deed))
}

type Deed<'a> = (&'a str, &'static [&'static str], &'static [&'static str]);

/// The first word of a name that says what is done, and its group.
fn deed(names: &[String]) -> Option<Deed<'_>> {
    // Sending money is paying, whatever verb the tool has.
    let pays = names.iter().find(|name| MONEY.contains(&name.as_str()));
    if let Some(group) = pays.and_then(|_| GROUPS.iter().find(|(deeds, _)| deeds.contains(&"pay"))) {
        return Some(("pay", group.0, group.1));
    }
    names.iter().find_map(|name| {
        let group = GROUPS.iter().find(|(deeds, _)| deeds.contains(&name.as_str()))?;
        Some((name.as_str(), group.0, group.1))
    })
}

/// The words of an action's name after its last dot: `mail.sendNow` is send, now.
fn words_of_name(action: &str) -> Vec<String> {
    let verb = action.rsplit(['.', ':', '/']).next().unwrap_or(action);
    let mut spaced = String::with_capacity(verb.len() + 8);
    let mut was_lower = false;
    for c in verb.chars() {
        if c.is_uppercase() && was_lower {
            spaced.push(' ');
        }
        was_lower = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c } else { ' ' });
    }
    spaced.split_whitespace().map(str::to_lowercase).collect()
}

/// The words of a text, in lower case.
fn words(text: &str) -> Vec<String> {
    let between = |c: char| !c.is_alphanumeric() && c != '-' && c != '\'';
    let words = text.split(between).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether `word` is a form of `stem`: short stems only with a usual ending, so that `pr` is not in `present`.
fn is_form(word: &str, stem: &str) -> bool {
    let Some(ending) = word.strip_prefix(stem) else {
        return false;
    };
    stem.len() >= 5 || ending.is_empty() || ENDINGS.contains(&ending) || (stem.len() >= 3 && doubled(stem, ending))
}

const ENDINGS: &[&str] = &[
    "s",
    "e",
    "es",
    "ed",
    "d",
    "ing",
    "y",
    "ies",
    "ied",
    "er",
    "ion",
    "ment",
    "'s",
    "te",
    "ten",
    "a",
    "ify",
    "ification",
];

/// Whether an ending doubles the last letter: `running`, `tagged`.
fn doubled(stem: &str, ending: &str) -> bool {
    let rest = stem.chars().last().and_then(|last| ending.strip_prefix(last));
    rest.is_some_and(|rest| matches!(rest, "ing" | "ed" | "er"))
}

/// Whether a word of the request is a form of a word in a tool's name.
fn stem_fits(word: &str, name: &str) -> bool {
    let stem = name.strip_suffix('e').unwrap_or(name);
    is_form(word, stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_ask_for_what_their_words_say() {
        for (request, action) in [
            ("Tell Ana that I am late.", "mail.send"),
            ("Reply to the last mail from Bob", "send_email"),
            ("Please let the team know in #dev", "slack.post_message"),
            ("Move my lunch with Ana to Friday", "calendar.update_event"),
            ("Book a table for two", "calendar.createEvent"),
            ("Pay the invoice", "bank.pay"),
            ("Wire 20 euros to Ana", "send_money"),
            ("Run the tests and fix what fails", "shell.run"),
            ("Run the tests and fix what fails", "files.write"),
            ("cancelling my dentist would be great", "calendar.cancel"),
            ("Please snooze it", "mail.snooze"),
        ] {
            assert!(asks_for(request, action), "{request} {action}");
        }
        for (request, action) in [
            ("Summarise the page", "mail.send"),
            ("What did Bob write about the representation?", "git.push"),
            ("Summarise my unread mails", "mail.delete"),
            ("Tell Ana that I am late", "bank.pay"),
            ("Read the README", "package.install"),
            ("", "mail.send"),
            ("Summarise the page", "settings.sign_out"),
        ] {
            assert!(!asks_for(request, action), "{request} {action}");
        }
    }
}
