//! The servers under measurement, each a process of its own, so that its CPU time is its own.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The program that is measured: the one that was built with the bench, unless `PUNCHCARD_BENCHED` names another.
pub fn program() -> PathBuf {
    std::env::var_os("PUNCHCARD_BENCHED")
        .map_or_else(|| env!("CARGO_BIN_EXE_punchcard").into(), PathBuf::from)
}

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
    /// How long it took from the start until it listened.
    pub started_in: Duration,
}

impl Server {
    /// Starts Punchcard over `folder`.
    pub fn punchcard(folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(program());
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-level",
                "error",
                "--data-dir",
            ])
            .arg(folder);
        Self::start(command)
    }

    /// Starts this bench again as a yardstick.
    pub fn yardstick(arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments);
        Self::start(command)
    }

    fn start(mut command: Command) -> io::Result<Self> {
        let start = Instant::now();
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let mut lines = BufReader::new(output).lines();
        let port = loop {
            let line = lines
                .next()
                .ok_or_else(|| io::Error::other("the server ended"))??;
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address
                    .rsplit(':')
                    .next()
                    .and_then(|port| port.trim().parse().ok());
            }
        };
        let port = port.ok_or_else(|| io::Error::other("no port"))?;
        // Whatever it prints from now on is read and dropped, so that it never blocks.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self {
            child,
            port,
            started_in: start.elapsed(),
        })
    }

    /// CPU time so far, in the user's and the kernel's part together.
    pub fn cpu_time(&self) -> io::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()))?;
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap_or(0) + fields[12].parse::<u64>().unwrap_or(0);
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Its number among the processes.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> io::Result<u64> {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.pid()))?;
        Ok(statm
            .split(' ')
            .nth(1)
            .and_then(|pages| pages.parse::<u64>().ok())
            .unwrap_or(0)
            * 4096)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends by itself, so that it writes what it has counted of its own branches if it was built to.
        let process = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}
