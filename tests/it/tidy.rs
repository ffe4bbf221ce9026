//! See each test's name.
