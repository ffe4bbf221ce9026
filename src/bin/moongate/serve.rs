//! `moongate serve`: decides the order of starting up (address, bundle, sandbox) and what is said meanwhile.
//!
//! It does not decide what is served where: `site` does.

mod guide;
mod places;
mod policy;
mod shop;
mod site;

use crate::bundle;
use crate::sandbox;
use crate::workspace::Workspace;
use anyhow::{Context, Result, anyhow};
use site::Folders;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `moongate serve`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address to listen on: 0.0.0.0 lets a phone on the same network in
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// A folder of your own trial pages, served at /pages/
    #[arg(long, value_name = "DIR")]
    pages: Option<PathBuf>,
    /// Keeps the sandbox's payments in memory only, instead of in a file under the target folder
    #[arg(long)]
    memory: bool,
}

/// Serves until Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("moongate: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

/// The address comes first: building for minutes only to find it taken would be a poor joke.
fn serve(arguments: &Arguments) -> Result<()> {
    let listener = listen(arguments)?;
    let address = listener.local_addr().context("the address that was opened has no name")?;
    if let Some(pages) = arguments.pages.as_ref().filter(|pages| !pages.is_dir()) {
        return Err(anyhow!("--pages {} is no folder", pages.display()));
    }
    let workspace = Workspace::here();
    let bundle = bundle::current(&workspace)?;
    let sandbox = sandbox::router(settings(arguments, &workspace, address)?).map_err(|fault| anyhow!(fault))?;
    let folders = Folders {
        bundle,
        www: workspace.sources.join("www"),
        fixtures: workspace.sources.join("tests/fixtures/payloads"),
        pages: arguments.pages.clone(),
    };
    let site = site::router(&folders, sandbox);
    let runtime = tokio::runtime::Runtime::new().context("could not start the runtime")?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        say_where(address)?;
        tokio::select! {
            served = axum::serve(listener, site).into_future() => served?,
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok(())
    })
}

fn settings(arguments: &Arguments, workspace: &Workspace, address: SocketAddr) -> Result<sandbox::Settings> {
    let file = || Ok::<_, anyhow::Error>(workspace.own()?.join(format!("sandbox-{}.redb", address.port())));
    let store = if arguments.memory { None } else { Some(file()?) };
    Ok(sandbox::Settings { store, origin: format!("http://{}", reachable(address)) })
}

fn listen(arguments: &Arguments) -> Result<TcpListener> {
    let Arguments { host, port, .. } = arguments;
    TcpListener::bind((*host, *port)).map_err(|error| {
        let why = error.kind();
        if why == io::ErrorKind::AddrInUse {
            anyhow!("port {port} is taken by another program: stop that one, or choose another with --port (0: any free one)")
        } else if why == io::ErrorKind::AddrNotAvailable {
            anyhow!("--host {host} is no address of this computer")
        } else if why == io::ErrorKind::PermissionDenied {
            anyhow!("port {port} needs rights that this program has not: choose one above 1023 with --port")
        } else {
            anyhow!(error).context(format!("could not listen on {host}, port {port}"))
        }
    })
}

/// The address on standard output, alone, so that a script can read it; the rest is for people.
fn say_where(address: SocketAddr) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "http://{}/", reachable(address))
        .and_then(|()| out.flush())
        .context("could not print the address")?;
    if let Some(outside) = address.ip().is_unspecified().then(outside).flatten() {
        eprintln!("From a phone on the same network: http://{}/", SocketAddr::new(outside, address.port()));
    }
    eprintln!("The demo shop is served; Ctrl-C ends it.");
    Ok(())
}

/// The address to open on this computer.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip().is_unspecified() {
        true => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()),
        false => address,
    }
}

/// This computer's address on its network: the one it would send from. Nothing is sent; the address asked about is
/// reserved for documents (RFC 5737).
fn outside() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
