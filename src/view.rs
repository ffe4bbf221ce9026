//! Draws a checkout: Yew components, props in, one callback of gestures out, no state of their own.
//!
//! They render natively to text in tests; nothing here knows a browser.
