//! Messages between whoever starts a program and the processes around it: a length, JSON, and descriptors beside it.

use std::io::{self, IoSlice, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest message in bytes: a plan with a large environment fits, nothing endless does.
const LONGEST: u32 = 8 << 20;

/// The most descriptors of a message.
const DESCRIPTORS: usize = 4;

/// Sends one message, and descriptors with it.
pub(super) fn send(to: &UnixStream, message: &impl Serialize, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let body = serde_json::to_vec(message).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| {
        let why = format!(
            "what is to be said is {} bytes long, and {LONGEST} are heard",
            body.len()
        );
        io::Error::new(io::ErrorKind::FileTooLarge, why)
    })?;
    let head = length.to_le_bytes();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    // Both at once, so that two processes can speak over one socket.
    let all = [head.as_slice(), &body].concat();
    let sent = rustix::net::sendmsg(to, &[IoSlice::new(&all)], &mut ancillary, SendFlags::NOSIGNAL)?;
    let mut rest = &all[sent..];
    while !rest.is_empty() {
        let sent = rustix::net::send(to, rest, SendFlags::NOSIGNAL)?;
        rest = &rest[sent..];
    }
    Ok(())
}

/// Receives one message and the descriptors that came with it; `None` when the other side is gone.
pub(super) fn receive<Message: DeserializeOwned>(from: &UnixStream) -> io::Result<Option<(Message, Vec<OwnedFd>)>> {
    let mut head = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut slices = [IoSliceMut::new(&mut head)];
    let got = rustix::net::recvmsg(from.as_fd(), &mut slices, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?.bytes;
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    if got == 0 {
        return Ok(None);
    }
    let mut from = from;
    from.read_exact(&mut head[got..])?;
    let length = u32::from_le_bytes(head);
    if length > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut body = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut body)?;
    let message = serde_json::from_slice(&body).map_err(io::Error::other)?;
    Ok(Some((message, descriptors)))
}
