//! Where a running server is to be found: a file in the data folder that only its owner can read.
//! The command line uses it to reach the server that holds the folder.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::first_start::write_private;
use crate::config::Tls;
use crate::http::tls::{self, TlsError};

/// The name of the file.
const FILE: &str = "address";

/// How a server on this machine is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Address {
    /// Where it listens.
    pub socket: SocketAddr,
    /// SHA-256 of its certificate, where it speaks TLS: whoever holds the folder need not trust
    /// anybody else.
    pub certificate: Option<[u8; 32]>,
}

impl Address {
    /// The address of a server that listens on `socket`.
    pub fn of(socket: SocketAddr, tls: Option<&Tls>) -> Result<Self, TlsError> {
        let certificate = match tls {
            None => None,
            Some(files) => tls::certificates(&files.certificate)?
                .first()
                .map(|own| Sha256::digest(own).into()),
        };
        Ok(Self {
            socket: reachable(socket),
            certificate,
        })
    }

    /// Reads the address of the server that holds the folder, or held it last.
    pub fn read(data_dir: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(path(data_dir)).ok()?)
    }

    /// Keeps it in the folder.
    pub fn write(self, data_dir: &Path) -> io::Result<()> {
        write_private(data_dir, FILE, &self.to_string())
    }

    /// Takes it out of the folder.
    pub fn remove(data_dir: &Path) -> io::Result<()> {
        std::fs::remove_file(path(data_dir))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (scheme, socket) = lines.next()?.split_once("://")?;
        let certificate = match scheme {
            "http" => None,
            "https" => Some(from_hex(lines.next()?)?),
            _ => return None,
        };
        Some(Self {
            socket: socket.parse().ok()?,
            certificate,
        })
    }
}

impl std::fmt::Display for Address {
    /// The address in one line, and the certificate's hash in a second where there is one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.certificate {
            None => writeln!(f, "http://{}", self.socket),
            Some(hash) => {
                writeln!(f, "https://{}", self.socket)?;
                hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                writeln!(f)
            }
        }
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// A server that listens everywhere is reached over the loopback.
fn reachable(socket: SocketAddr) -> SocketAddr {
    let address = match socket.ip() {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        address => address,
    };
    SocketAddr::new(address, socket.port())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let (digits, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let byte = |pair: &[u8; 2]| {
        let text = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(text, 16).ok()
    };
    let bytes: Option<Vec<u8>> = digits.iter().map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn what_is_written_is_read_back() {
        let socket = "127.0.0.1:8080".parse().unwrap();
        for certificate in [None, Some([0xA7; 32])] {
            let address = Address { socket, certificate };
            assert_eq!(Address::parse(&address.to_string()), Some(address));
        }
        for wrong in [
            "",
            "127.0.0.1:8080",
            "ftp://127.0.0.1:8080",
            "https://127.0.0.1:8080\nzz",
            "http://here",
        ] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_server_that_listens_everywhere_is_reached_over_the_loopback() {
        let of = |text: &str| {
            Address::of(text.parse().unwrap(), None)
                .unwrap()
                .socket
                .to_string()
        };
        assert_eq!(of("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(of("[::]:80"), "[::1]:80");
        assert_eq!(of("192.0.2.7:80"), "192.0.2.7:80");
    }
}
