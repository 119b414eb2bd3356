        .file   "sum.S"
        .globl  checksum
        .text
checksum:
        xor     %eax, %eax
        mov     $16, %ecx
1:      rol     $5, %eax
        xor     %ecx, %eax
        loop    1b
        ret
