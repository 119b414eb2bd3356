fn main() {
    for word in std::env::args().skip(1) {
        match word.parse() {
            Ok(number) => println!("{}", tiny::roman(number)),
            Err(error) => eprintln!("{word}: {error}"),
        }
    }
}
