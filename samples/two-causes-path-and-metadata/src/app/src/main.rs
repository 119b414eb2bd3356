use pips::Pips;

fn main() {
    let mut pips = Pips::new(std::process::id());
    for _ in 0..6 {
        println!("{}", pips.roll());
    }
    println!("drawn by {}", pips::author());
}
