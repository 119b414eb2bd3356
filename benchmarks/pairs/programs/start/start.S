        .file   "start.S"
        .globl  _start
        .text
_start:
        mov     $1, %edi
        lea     message(%rip), %rsi
        mov     $length, %edx
        mov     $1, %eax
        syscall
        call    checksum
        xor     %edi, %edi
        mov     $60, %eax
        syscall

        .section .rodata
message:
        .ascii  "start: hand-made\n"
        .set    length, . - message
