//! Decides how a program is started for the tests and how it ends with them, whatever becomes of them.
//!
//! It does not decide which programs run. A program has its process group; a watch beside it reads a pipe that only the
//! test process holds, and ends that group when the pipe closes: after a panic or a kill as well.

use super::wait::LIMIT;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const WATCH: &str = "read -r _; kill -s TERM -- \"-$1\" 2>/dev/null";

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    watch: Child,
}

impl Program {
    /// Starts it, and gives what `find` finds in the first line of its standard output that holds it.
    ///
    /// # Panics
    /// When it can't be started, or ends its output without such a line.
    pub fn start<T: Send + 'static>(
        command: &mut Command,
        find: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> (Self, T) {
        let name = command.get_program().to_string_lossy().into_owned();
        Self::try_start(command, find)
            .unwrap_or_else(|| panic!("{name} ended before it was ready; see its errors above"))
    }

    /// As [`Program::start`]; `None` if it ends its output without such a line.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn try_start<T: Send + 'static>(
        command: &mut Command,
        find: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Option<(Self, T)> {
        let (program, output) = Self::begin(command);
        let output = BufReader::new(output);
        let (sender, found) = std::sync::mpsc::channel();
        // Read to its end, or the program would stop at a full pipe.
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(found) = find(&line) {
                    let _nobody_waits = sender.send(found);
                }
            }
        });
        Some((program, found.recv().ok()?))
    }

    /// Starts it, and waits until something listens at this port.
    ///
    /// # Panics
    /// When it can't be started, ends, or nothing listens in time.
    pub fn listening(command: &mut Command, port: u16) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        Self::try_listening(command, port).unwrap_or_else(|| panic!("{name} ended before it listened at {port}"))
    }

    /// As [`Program::listening`]; `None` if it ends, as it does where another has taken its port meanwhile.
    ///
    /// # Panics
    /// When it can't be started, or nothing listens in time.
    pub fn try_listening(command: &mut Command, port: u16) -> Option<Self> {
        let (mut program, output) = Self::begin(command);
        thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).for_each(drop));
        let start = Instant::now();
        loop {
            let listens = TcpStream::connect(("127.0.0.1", port)).is_ok();
            // Asked after that: what listens may be the other.
            if program.child.try_wait().ok().flatten().is_some() {
                return None;
            }
            if listens {
                return Some(program);
            }
            assert!(start.elapsed() < LIMIT, "{:?} does not listen at {port}", command.get_program());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts it, and gives its standard output.
    fn begin(command: &mut Command) -> (Self, ChildStdout) {
        let name = command.get_program().to_string_lossy().into_owned();
        let start = command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn();
        let mut child = start.unwrap_or_else(|fault| panic!("could not start {name}: {fault}"));
        let watch =
            Command::new("sh").args(["-c", WATCH, "watch", &child.id().to_string()]).stdin(Stdio::piped()).spawn();
        let output = child.stdout.take().expect("its output is a pipe");
        (Self { child, watch: watch.expect("a shell is there") }, output)
    }

    /// Ends it, and waits until it has ended.
    pub fn end(&mut self) {
        drop(self.watch.stdin.take());
        let _ended = self.child.wait();
        let _watched = self.watch.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// A port of 127.0.0.1 that nobody listens at, for programs that can't choose one themselves.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

/// Where on the path the program of this name is.
pub fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
