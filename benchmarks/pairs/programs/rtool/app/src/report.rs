use rtool_core::Grid;

pub fn print(grid: &Grid) {
    for line in grid.lines() {
        println!("{line}");
    }
    let alive = grid.alive();
    if cfg!(feature = "loud") {
        eprintln!("{alive} cells are alive after all these steps, which is what remains");
    }
    println!("alive: {alive}");
}
