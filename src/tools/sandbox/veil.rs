//! Secrets and what stands for them: put in on the way out, taken out on the way back.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};
use hyper::header::{HeaderMap, HeaderValue};

use super::egress::Server;
use crate::net::Destination;

/// A secret that stays outside.
#[derive(Clone)]
pub struct Bound {
    /// What the program has instead of it; random, made for one run.
    pub stand_in: String,
    /// The secret.
    pub secret: String,
    /// The only server that it goes to.
    pub server: Server,
    /// The only header that it goes in, lower case.
    pub header: String,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bound({} to {})", self.header, self.server)
    }
}

/// Whether a header carries a stand-in.
pub(super) fn is_asked_for(secrets: &[Bound], headers: &HeaderMap) -> bool {
    let carries = |value: &HeaderValue| {
        let text = value.to_str().unwrap_or_default();
        secrets.iter().any(|bound| text.contains(&bound.stand_in))
    };
    headers.values().any(carries)
}

/// Puts secrets in the places of their stand-ins.
///
/// # Errors
/// A stand-in is in another header or on its way to another server: a sentence that says so.
pub(super) fn reveal(secrets: &[Bound], headers: &mut HeaderMap, destination: &Destination) -> Result<(), String> {
    for bound in secrets {
        for (name, value) in headers.iter_mut() {
            let Ok(text) = value.to_str() else { continue };
            if !text.contains(&bound.stand_in) {
                continue;
            }
            if name.as_str() != bound.header || !bound.server.is(destination) {
                return Err(format!(
                    "the secret for the header `{}` of {} is in the header `{name}` for {destination}",
                    bound.header, bound.server
                ));
            }
            let text = text.replace(&bound.stand_in, &bound.secret);
            *value = HeaderValue::from_str(&text).map_err(|_| "the secret is no header's value".to_owned())?;
            value.set_sensitive(true);
        }
    }
    Ok(())
}

/// Puts stand-ins in the places of their secrets.
pub(super) fn hide(secrets: &[Bound], headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        let hidden = replaced(secrets, value.as_bytes());
        if let Some(hidden) = hidden.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()) {
            *value = hidden;
        }
    }
}

/// `bytes` with stand-ins for secrets; `None` where there is none.
fn replaced(secrets: &[Bound], bytes: &[u8]) -> Option<Vec<u8>> {
    let mut replaced: Option<Vec<u8>> = None;
    for bound in secrets.iter().filter(|bound| !bound.secret.is_empty()) {
        let now = replaced.as_deref().unwrap_or(bytes);
        if let Some(next) = swapped(now, bound.secret.as_bytes(), bound.stand_in.as_bytes()) {
            replaced = Some(next);
        }
    }
    replaced
}

fn swapped(bytes: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    let finder = memchr::memmem::Finder::new(from);
    let mut swapped = Vec::new();
    let mut rest = bytes;
    while let Some(at) = finder.find(rest) {
        swapped.extend_from_slice(&rest[..at]);
        swapped.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    (rest.len() != bytes.len()).then(|| {
        swapped.extend_from_slice(rest);
        swapped
    })
}

/// A body in which stand-ins take the places of secrets, also of those that two pieces share.
pub(super) struct Veiled<Inner> {
    inner: Inner,
    secrets: Vec<Bound>,
    /// What could be the beginning of a secret.
    kept: Vec<u8>,
    longest: usize,
}

impl<Inner> Veiled<Inner> {
    pub(super) fn new(inner: Inner, secrets: &[Bound]) -> Self {
        Self {
            inner,
            longest: secrets.iter().map(|bound| bound.secret.len()).max().unwrap_or(0),
            secrets: secrets.to_vec(),
            kept: Vec::new(),
        }
    }

    /// What may go on of what is kept; the rest could still become a secret.
    fn ready(&mut self, is_last: bool) -> Vec<u8> {
        if let Some(hidden) = replaced(&self.secrets, &self.kept) {
            self.kept = hidden;
        }
        let held = if is_last { 0 } else { self.longest.saturating_sub(1) };
        let rest = self.kept.split_off(self.kept.len().saturating_sub(held));
        std::mem::replace(&mut self.kept, rest)
    }
}

impl<Inner: Body<Data = Bytes> + Unpin> Body for Veiled<Inner> {
    type Data = Bytes;
    type Error = Inner::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Inner::Error>>> {
        loop {
            let frame = match Pin::new(&mut self.inner).poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => {
                    let last = self.ready(true);
                    let last = Some(last).filter(|last| !last.is_empty());
                    return Poll::Ready(last.map(|last| Ok(Frame::data(last.into()))));
                }
            };
            // Trailers are left out: nothing asked for them.
            let Ok(data) = frame.into_data() else { continue };
            self.kept.extend_from_slice(&data);
            let ready = self.ready(false);
            if !ready.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(ready.into()))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::host::HostPattern;

    fn bound() -> Bound {
        Bound {
            stand_in: "stand-in".to_owned(),
            secret: "s3cr3t".to_owned(),
            server: Server {
                scheme: "https".to_owned(),
                host: HostPattern::parse("a.example:8443").unwrap(),
            },
            header: "authorization".to_owned(),
        }
    }

    #[test]
    fn a_secret_goes_to_its_server_and_port_over_its_scheme_only() {
        let asked = |url: &str| {
            let mut headers = HeaderMap::from_iter([(
                hyper::header::AUTHORIZATION,
                HeaderValue::from_static("Bearer stand-in"),
            )]);
            let (_, destination) = Destination::of(url).unwrap();
            reveal(&[bound()], &mut headers, &destination).map(|()| headers["authorization"].clone())
        };
        assert_eq!(asked("https://a.example:8443/x").unwrap(), "Bearer s3cr3t");
        for url in [
            "https://a.example/",
            "http://a.example:8443/",
            "https://b.example:8443/",
        ] {
            assert!(asked(url).unwrap_err().contains("https://a.example:8443"), "{url}");
        }
    }

    #[test]
    fn what_comes_back_has_the_stand_in_however_it_is_cut() {
        let text = b"ab s3cr3t s3cr3 s3cr3ts3cr3t";
        for size in 1..text.len() {
            let mut veiled = Veiled::new((), &[bound()]);
            let mut seen = Vec::new();
            for piece in text.chunks(size) {
                veiled.kept.extend_from_slice(piece);
                seen.extend(veiled.ready(false));
            }
            seen.extend(veiled.ready(true));
            assert_eq!(seen, b"ab stand-in s3cr3 stand-instand-in", "{size}");
        }
        let mut headers = HeaderMap::from_iter([(hyper::header::LOCATION, HeaderValue::from_static("/?t=s3cr3t"))]);
        hide(&[bound()], &mut headers);
        assert_eq!(headers["location"], "/?t=stand-in");
    }
}
