//! Messages between whoever starts a program and the processes around it: a length, JSON, and descriptors beside it.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
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

/// Sends one message, and a descriptor with it.
pub(super) fn send(to: &UnixStream, message: &impl Serialize, descriptor: Option<BorrowedFd<'_>>) -> io::Result<()> {
    let body = serde_json::to_vec(message).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let head = length.to_le_bytes();
    let descriptors: Vec<BorrowedFd<'_>> = descriptor.into_iter().collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    }
    // Four bytes into an empty buffer are taken whole.
    let sent = rustix::net::sendmsg(to, &[IoSlice::new(&head)], &mut ancillary, SendFlags::NOSIGNAL)?;
    if sent != head.len() {
        return Err(io::ErrorKind::WriteZero.into());
    }
    let mut to = to;
    to.write_all(&body)
}

/// Receives one message and the descriptor that came with it; `None` when the other side is gone.
pub(super) fn receive<Message: DeserializeOwned>(from: &UnixStream) -> io::Result<Option<(Message, Option<OwnedFd>)>> {
    let mut head = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut slices = [IoSliceMut::new(&mut head)];
    let got = rustix::net::recvmsg(from.as_fd(), &mut slices, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?.bytes;
    let descriptor = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut rights) => rights.next(),
        _ => None,
    });
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
    Ok(Some((message, descriptor)))
}
