pub mod over;
pub mod under;
