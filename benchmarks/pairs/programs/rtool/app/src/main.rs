mod report;

use rtool_core::{Grid, Rule};

const ABOUT: &[(&str, Option<&str>)] = &[
    ("built", option_env!("RTOOL_DATE")),
    ("epoch", option_env!("RTOOL_EPOCH")),
    ("by", option_env!("RTOOL_USER")),
    ("host", option_env!("RTOOL_HOST")),
    ("revision", option_env!("RTOOL_VCS")),
    ("released", option_env!("RTOOL_MONTH")),
    ("tagged", option_env!("RTOOL_ZONE")),
    ("directory", option_env!("RTOOL_DIRECTORY")),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().map(String::as_str) == Some("--version") {
        println!("rtool {}", env!("CARGO_PKG_VERSION"));
        for (what, value) in ABOUT {
            if let Some(value) = value {
                println!("{what} {value}");
            }
        }
        return;
    }
    let steps: usize = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(8);
    let mut grid = Grid::seeded(24, 12, 0x5eed);
    let rule = Rule::from_text(arguments.get(1).map_or("B3/S23", String::as_str)).expect("a rule such as B3/S23");
    for _ in 0..steps {
        grid = grid.step(&rule);
    }
    report::print(&grid);
}
