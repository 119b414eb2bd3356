#define INFO(name, text) static const char name[] __attribute__((section(".modinfo"), used, aligned(1))) = text

INFO(license, "license=GPL");
INFO(depends, "depends=");
INFO(module, "name=hello");
INFO(vermagic, "vermagic=" RELEASE " SMP preempt mod_unload modversions ");

struct version {
    unsigned long crc;
    char name[64 - sizeof(unsigned long)];
};

static const struct version versions[] __attribute__((section("__versions"), used)) = {
    {0x92997ed8UL, "_printk"},
    {CRC, "misc_register"},
};

int init_module(void)
{
    return 0;
}
