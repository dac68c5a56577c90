//! A connection's stream together with its place among the connections: whoever holds the stream
//! holds the place, a WebSocket too, long after HTTP has let go of it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use metrics::{Gauge, gauge};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

/// A stream that takes a place.
pub struct Socket {
    stream: TcpStream,
    open: Gauge,
    _place: OwnedSemaphorePermit,
}

impl Socket {
    /// Takes the place for as long as the stream lives.
    pub fn new(stream: TcpStream, place: OwnedSemaphorePermit) -> Self {
        let open = gauge!("punchcard_http_connections");
        open.increment(1);
        Self {
            stream,
            open,
            _place: place,
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.open.decrement(1);
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
