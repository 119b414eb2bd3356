#ifndef CALC_H
#define CALC_H

#include <stddef.h>

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_OPERATOR, TOKEN_OPEN, TOKEN_CLOSE };

struct token {
    enum token_kind kind;
    double number;
    char text[16];
};

struct lexer {
    const char *at;
    struct token now;
};

struct function {
    const char *name;
    double (*call)(double);
    const char *help;
};

#define REQUIRE(condition) ((condition) ? (void)0 : calc_fail(__FILE__, __LINE__, #condition))

void calc_fail(const char *file, int line, const char *condition);
void lexer_start(struct lexer *lexer, const char *text);
void lexer_next(struct lexer *lexer);
double calc_evaluate(const char *text);
const struct function *calc_function(const char *name);
void calc_list_functions(void);
void calc_version(void);

#endif
