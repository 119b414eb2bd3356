mod show;
mod twist;

fn main() {
    for word in std::env::args().skip(1) {
        show::show(&twist::twist(&word));
    }
}
