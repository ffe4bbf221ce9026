//! Decides how a program is started for the tests and how it ends with them, whatever becomes of them.
//!
//! It does not decide which programs run. A program has its process group; a watch beside it reads a pipe that only the
//! test process holds, and ends that group when the pipe closes: after a panic or a kill as well.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;

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
        let start = command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn();
        let mut child = start.unwrap_or_else(|fault| panic!("could not start {name}: {fault}"));
        let watch =
            Command::new("sh").args(["-c", WATCH, "watch", &child.id().to_string()]).stdin(Stdio::piped()).spawn();
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let program = Self { child, watch: watch.expect("a shell is there") };
        let (sender, found) = std::sync::mpsc::channel();
        // Read to its end, or the program would stop at a full pipe.
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(found) = find(&line) {
                    let _nobody_waits = sender.send(found);
                }
            }
        });
        let found = found.recv().unwrap_or_else(|_| panic!("{name} ended before it was ready; see its errors above"));
        (program, found)
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
