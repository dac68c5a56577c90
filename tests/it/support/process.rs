//! The real program as a process of its own, to be started, signalled and killed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::client::Client;
use super::server::Folder;

/// A running `punchcard serve`.
pub struct Process {
    child: Child,
    address: SocketAddr,
    /// The line that tells where the administrator's token is.
    pub token_line: String,
    folder: Folder,
    rest: Lines<BufReader<ChildStdout>>,
}

/// The program, with none of this environment's flags.
pub fn punchcard() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
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
        let mut child = punchcard()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.data())
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines.next_line().await.unwrap().unwrap();
        let token_line = lines.next_line().await.unwrap().unwrap();
        let (_, address) = listening.split_once("://").unwrap();
        Self {
            address: address.parse().unwrap(),
            child,
            token_line,
            folder,
            rest: lines,
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
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().await.unwrap();
        assert_eq!(
            self.rest.next_line().await.unwrap(),
            None,
            "a third line of output"
        );
        status
    }
}
