use std::io::Read;

fn longest(text: &str) -> &str {
    text.lines().max_by_key(|line| line.len()).expect("a text has lines")
}

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("text in UTF-8");
    println!("{}", longest(&text));
}
