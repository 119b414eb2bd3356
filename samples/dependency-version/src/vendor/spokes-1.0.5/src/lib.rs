//! Spokes of a wheel.

pub fn draw(count: usize) -> String {
    let spokes = "|".repeat(count);
    format!("{spokes} spokes of the wheel")
}
