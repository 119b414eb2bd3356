pub fn twist(word: &str) -> String {
    strands::over::over(&strands::under::under(word))
}
