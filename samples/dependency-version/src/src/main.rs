fn main() {
    let turns = std::env::args().count();
    println!("{}", spokes::draw(turns));
}
