#[inline(never)]
pub fn under(word: &str) -> String {
    word.to_uppercase()
}
