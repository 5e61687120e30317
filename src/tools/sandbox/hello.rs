//! The first words of a TLS client (RFC 8446, section 4.1.2): only which server it asks for (RFC 6066, section 3).

/// What the bytes so far say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hello {
    /// More is needed.
    Incomplete,
    /// A whole ClientHello, with the name that it asks for.
    Name(Option<String>),
    /// Something else, or more than a ClientHello needs.
    NotTls,
}

/// The most bytes of a ClientHello that are looked at.
const MOST: usize = 64 << 10;

/// Reads what a client sent so far.
pub(super) fn read(bytes: &[u8]) -> Hello {
    let mut message = Vec::new();
    let mut rest = bytes;
    // One message may be spread over several records.
    loop {
        if let Some(whole) = whole(&message) {
            return whole;
        }
        match rest {
            [22, 3, _, high, low, records @ ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(body) = records.get(..length) else {
                    break;
                };
                if length == 0 {
                    return Hello::NotTls;
                }
                message.extend_from_slice(body);
                rest = &records[length..];
            }
            [] | [22] | [22, 3] | [22, 3, _] | [22, 3, _, _] => break,
            _ => return Hello::NotTls,
        }
    }
    if bytes.len() > MOST {
        Hello::NotTls
    } else {
        Hello::Incomplete
    }
}

/// The answer, once `message` holds a whole handshake message.
fn whole(message: &[u8]) -> Option<Hello> {
    let kind = *message.first()?;
    if kind != 1 {
        return Some(Hello::NotTls);
    }
    let length = message.get(1..4)?;
    let length = usize::from(length[0]) << 16 | usize::from(length[1]) << 8 | usize::from(length[2]);
    let body = message.get(4..4 + length)?;
    Some(name(body).map_or(Hello::NotTls, Hello::Name))
}

/// The name in the body of a ClientHello; `None` when it is malformed.
fn name(body: &[u8]) -> Option<Option<String>> {
    let mut body = Bytes(body);
    body.take(2 + 32)?;
    body.sized(1)?;
    body.sized(2)?;
    body.sized(1)?;
    if body.0.is_empty() {
        return Some(None);
    }
    let mut extensions = Bytes(body.sized(2)?);
    let mut found = None;
    while !extensions.0.is_empty() {
        let kind = extensions.take(2)?;
        let mut extension = Bytes(extensions.sized(2)?);
        if kind != [0, 0] {
            continue;
        }
        let mut names = Bytes(extension.sized(2)?);
        while !names.0.is_empty() {
            let kind = names.take(1)?;
            let name = names.sized(2)?;
            // A second name could be the one that the server listens to.
            if kind != [0] || found.is_some() {
                return None;
            }
            found = Some(std::str::from_utf8(name).ok()?.to_owned());
        }
    }
    Some(found)
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// What follows a length of so many bytes.
    fn sized(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = self
            .take(width)?
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
        self.take(length)
    }
}
