//! Messages between whoever starts a program and the processes around it: a length, JSON, and descriptors beside it.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::Interest;

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
    let mut partly = Partly::default();
    while let Some(wanted) = partly.wanted()? {
        if !partly.take(from, wanted)? {
            return Ok(None);
        }
    }
    partly.message().map(Some)
}

/// Messages that come over a socket to who does other things meanwhile.
#[derive(Debug)]
pub(super) struct Incoming {
    socket: tokio::net::UnixStream,
    partly: Partly,
}

impl Incoming {
    /// What comes over `socket`.
    pub(super) fn over(socket: UnixStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: tokio::net::UnixStream::from_std(socket)?,
            partly: Partly::default(),
        })
    }

    /// The next message and the descriptors that came with it; `None` when the other side is gone, or says what nobody
    /// understands. What was read is kept when this is dropped.
    pub(super) async fn next<Message: DeserializeOwned>(&mut self) -> Option<(Message, Vec<OwnedFd>)> {
        while let Some(wanted) = self.partly.wanted().ok()? {
            self.socket.readable().await.ok()?;
            let Self { socket, partly } = self;
            match socket.try_io(Interest::READABLE, || partly.take(socket.as_fd(), wanted)) {
                Ok(true) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(false) | Err(_) => return None,
            }
        }
        std::mem::take(&mut self.partly).message().ok()
    }
}

/// As much of a message as has come.
#[derive(Debug, Default)]
struct Partly {
    bytes: Vec<u8>,
    descriptors: Vec<OwnedFd>,
}

/// Bytes before a message: its length.
const HEAD: usize = 4;

impl Partly {
    /// How many bytes are wanted next, and never one of the message after this; `None` when it is whole.
    fn wanted(&self) -> io::Result<Option<usize>> {
        let Some((head, body)) = self.bytes.split_first_chunk::<HEAD>() else {
            return Ok(Some(HEAD - self.bytes.len()));
        };
        let length = u32::from_le_bytes(*head);
        if length > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let wanted = usize::try_from(length)
            .map_err(io::Error::other)?
            .saturating_sub(body.len());
        Ok((wanted > 0).then_some(wanted))
    }

    /// Takes at most so many bytes; false where the other side is gone.
    fn take(&mut self, from: impl AsFd, wanted: usize) -> io::Result<bool> {
        let mut piece = vec![0; wanted.min(64 << 10)];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut slices = [IoSliceMut::new(&mut piece)];
        let got = loop {
            match rustix::net::recvmsg(from.as_fd(), &mut slices, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
                Ok(got) => break got.bytes,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        };
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(rights) = message {
                self.descriptors.extend(rights);
            }
        }
        self.bytes.extend_from_slice(&piece[..got]);
        Ok(got > 0)
    }

    fn message<Message: DeserializeOwned>(self) -> io::Result<(Message, Vec<OwnedFd>)> {
        let body = self.bytes.get(HEAD..).unwrap_or_default();
        let message = serde_json::from_slice(body).map_err(io::Error::other)?;
        Ok((message, self.descriptors))
    }
}
