pub fn show(text: &str) {
    println!("{text}");
}
