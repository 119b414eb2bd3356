#[inline(never)]
pub fn over(word: &str) -> String {
    word.chars().rev().collect()
}
