const std = @import("std");
const ring = @import("ring.zig");

pub fn main() u8 {
    var buffer = ring.Ring(8){};
    var value: u32 = 1;
    while (value < 6) : (value += 1) {
        buffer.push(value * value);
    }
    var total: u32 = 0;
    while (buffer.pop()) |held| {
        total += held;
    }
    return if (total == 55) 0 else 1;
}
