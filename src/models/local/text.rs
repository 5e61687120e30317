//! A text that arrives token by token and is handed on in whole characters, up to where it is to stop.

/// A text being written.
#[derive(Default)]
pub(super) struct Text {
    /// What was handed on.
    whole: String,
    /// Characters that may be the beginning of a stop.
    held: String,
    /// Bytes that may be the beginning of a character.
    pending: Vec<u8>,
    stops: Vec<String>,
    stopped: bool,
}

impl Text {
    /// An empty text that ends before the first of `stops`; empty ones stop nothing.
    pub(super) fn until(stops: &[String]) -> Self {
        Self {
            stops: stops.iter().filter(|stop| !stop.is_empty()).cloned().collect(),
            ..Self::default()
        }
    }

    /// Takes the bytes of a token; whether the text ends here.
    pub(super) fn push(&mut self, bytes: &[u8], on_delta: &mut dyn FnMut(&str)) -> bool {
        self.pending.extend_from_slice(bytes);
        let mut delta = String::new();
        let mut rest = &self.pending[..];
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    delta.push_str(valid);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    delta.push_str(&String::from_utf8_lossy(valid));
                    rest = after;
                    match error.error_len() {
                        // The next token may complete the character.
                        None => break,
                        Some(length) => {
                            delta.push(char::REPLACEMENT_CHARACTER);
                            rest = &rest[length..];
                        }
                    }
                }
            }
        }
        self.pending = rest.to_vec();
        self.take(&delta, on_delta);
        self.stopped
    }

    /// The whole text; what was held back belongs to it unless it stopped.
    pub(super) fn finish(mut self, on_delta: &mut dyn FnMut(&str)) -> String {
        if !self.stopped {
            let rest = String::from_utf8_lossy(&self.pending).into_owned();
            self.take(&rest, on_delta);
            let held = std::mem::take(&mut self.held);
            if !self.stopped {
                self.hand_on(&held, on_delta);
            }
        }
        self.whole
    }

    fn take(&mut self, delta: &str, on_delta: &mut dyn FnMut(&str)) {
        if self.stopped {
            return;
        }
        let mut text = std::mem::take(&mut self.held);
        text.push_str(delta);
        if let Some(at) = self.stops.iter().filter_map(|stop| text.find(stop.as_str())).min() {
            self.stopped = true;
            text.truncate(at);
            self.hand_on(&text, on_delta);
            return;
        }
        let longest = self.stops.iter().map(|stop| beginning_at_end(&text, stop)).max();
        let safe = text.len() - longest.unwrap_or(0);
        self.held = text.split_off(safe);
        self.hand_on(&text, on_delta);
    }

    fn hand_on(&mut self, delta: &str, on_delta: &mut dyn FnMut(&str)) {
        if !delta.is_empty() {
            self.whole.push_str(delta);
            on_delta(delta);
        }
    }
}

/// Bytes at the end of `text` that `stop` begins with, as many as there are.
fn beginning_at_end(text: &str, stop: &str) -> usize {
    let ends = stop.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
    ends.filter(|at| text.ends_with(&stop[..*at])).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deltas(stops: &[&str], parts: &[&[u8]]) -> Vec<String> {
        let stops: Vec<String> = stops.iter().map(|stop| (*stop).to_owned()).collect();
        let mut deltas = Vec::new();
        let mut text = Text::until(&stops);
        for part in parts {
            if text.push(part, &mut |delta| deltas.push(delta.to_owned())) {
                break;
            }
        }
        let whole = text.finish(&mut |delta| deltas.push(delta.to_owned()));
        assert_eq!(deltas.concat(), whole);
        deltas
    }

    #[test]
    fn a_character_in_several_tokens_is_handed_on_whole() {
        assert_eq!(deltas(&[], &[b"a\xF0\x9F", b"\x98", b"\x80b"]), ["a", "\u{1F600}b"]);
        assert_eq!(deltas(&[], &[b"\xE4\xB8", b"x"]), ["\u{FFFD}x"]);
        assert_eq!(deltas(&[], &[b"ok\xE4\xB8"]), ["ok", "\u{FFFD}"]);
    }

    #[test]
    fn a_stop_across_tokens_ends_the_text_before_it_and_what_only_began_one_is_handed_on() {
        assert_eq!(deltas(&["END"], &[b"one E", b"N", b"D two"]), ["one "]);
        assert_eq!(deltas(&["END"], &[b"one E", b"N", b"E"]), ["one ", "EN", "E"]);
        assert_eq!(deltas(&["\n\n", "\nUser:"], &[b"a\n", b"Us", b"er", b": b"]), ["a"]);
        assert_eq!(deltas(&["\n\n"], &[b"a\n", b"b\n"]), ["a", "\nb", "\n"]);
        assert_eq!(deltas(&["aab"], &[b"aa", b"ab", b"c"]), ["a"]);
        assert_eq!(deltas(&["\u{1F600}"], &[b"x\xF0\x9F", b"\x98\x80y"]), ["x"]);
        assert_eq!(deltas(&[""], &[b"all"]), ["all"]);
    }
}
