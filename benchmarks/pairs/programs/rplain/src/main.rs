//! Wraps text from standard input at a width.

mod wrap;

use std::io::Read;

fn main() {
    let width = match std::env::args().nth(1).as_deref() {
        Some("--version") => {
            println!("rplain 1.0 {}", option_env!("RPLAIN_DATE").unwrap_or("without a date"));
            println!("revision {}", option_env!("RPLAIN_VCS").unwrap_or("unknown"));
            println!("made by {}", option_env!("RPLAIN_USER").unwrap_or("somebody"));
            println!("epoch {}", option_env!("RPLAIN_EPOCH").unwrap_or("none"));
            return;
        }
        Some(text) => text.parse().expect("a width in characters"),
        None => 72,
    };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("text in UTF-8");
    for paragraph in text.split("\n\n") {
        for line in wrap::wrap(paragraph, width) {
            println!("{line}");
        }
        println!();
    }
}
