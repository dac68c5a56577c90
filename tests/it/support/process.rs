//! The real program as a process of its own, to be started, signalled and killed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::Pid;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

use super::client::Client;
use super::server::Folder;

/// So long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `punchcard serve`.
pub struct Process {
    child: Child,
    address: SocketAddr,
    /// The line that tells where the administrator's token is.
    pub token_line: String,
    folder: Folder,
    rest: Lines<BufReader<ChildStdout>>,
    log: Option<BufReader<ChildStderr>>,
}

/// The program, with none of this environment's flags.
pub fn punchcard() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
    command.env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The program, started by a shell that has set a limit (`ulimit ...`) before.
pub fn punchcard_under(limit: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    let script = format!("{limit} && exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_punchcard")]);
    command.env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs the program to its end.
pub async fn run(arguments: &[&str], data_dir: &Path) -> Output {
    let command = &mut punchcard();
    command.args(arguments).arg("--data-dir").arg(data_dir);
    command.output().await.unwrap()
}

impl Process {
    /// Starts a server over the folder and waits until it listens.
    pub async fn serve(folder: Folder, flags: &[&str]) -> Self {
        Self::serve_by(punchcard(), folder, flags, Stdio::null()).await
    }

    /// Starts a server by this command, with its log on this stream, and waits until it listens.
    pub async fn serve_by(mut command: Command, folder: Folder, flags: &[&str], log: Stdio) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.data())
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines.next_line().await.unwrap().unwrap();
        let token_line = lines.next_line().await.unwrap().unwrap();
        let (_, address) = listening.split_once("://").unwrap();
        Self {
            address: address.parse().unwrap(),
            log: child.stderr.take().map(BufReader::new),
            child,
            token_line,
            folder,
            rest: lines,
        }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap()
    }

    /// The next line of the log that has this text, if the log is a pipe.
    pub async fn logged(&mut self, text: &str) -> String {
        let log = self.log.as_mut().unwrap();
        let mut line = String::new();
        loop {
            line.clear();
            let awaited = timeout(PATIENCE, log.read_line(&mut line)).await;
            let bytes = awaited.unwrap_or_else(|_| panic!("nobody logged {text:?}"));
            assert_ne!(bytes.unwrap(), 0, "the log ended without {text:?}");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// A client that calls as the administrator.
    pub fn client(&self) -> Client {
        Client::new(self.address, Some(self.folder.token()))
    }

    /// A client that calls with this token.
    pub fn client_with(&self, token: impl Into<String>) -> Client {
        Client::new(self.address, Some(token.into()))
    }

    /// Kills it, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop and waits until it has.
    pub async fn terminate(mut self) -> ExitStatus {
        rustix::process::kill_process(self.pid(), rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().await.unwrap();
        assert_eq!(
            self.rest.next_line().await.unwrap(),
            None,
            "a third line of output"
        );
        status
    }
}
