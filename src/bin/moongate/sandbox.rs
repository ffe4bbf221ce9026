//! The sandbox: a simulated merchant and simulated wallets.
