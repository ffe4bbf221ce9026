//! Decides how to wait: when to ask next, when a code's time is over, when to say that no answer came.
//!
//! Pure functions of time; it asks nobody.
