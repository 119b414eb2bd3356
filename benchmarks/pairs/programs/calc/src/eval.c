#include <stdio.h>
#include <stdlib.h>

#include "calc.h"

static double sum(struct lexer *lexer);

static double atom(struct lexer *lexer)
{
    double value;
    switch (lexer->now.kind) {
    case TOKEN_NUMBER:
        value = lexer->now.number;
        lexer_next(lexer);
        return value;
    case TOKEN_NAME: {
        const struct function *function = calc_function(lexer->now.text);
        if (function == NULL) {
            fprintf(stderr, "calc: no function named '%s'\n", lexer->now.text);
            exit(1);
        }
        lexer_next(lexer);
        return function->call(atom(lexer));
    }
    case TOKEN_OPEN:
        lexer_next(lexer);
        value = sum(lexer);
        REQUIRE(lexer->now.kind == TOKEN_CLOSE);
        lexer_next(lexer);
        return value;
    case TOKEN_OPERATOR:
        if (lexer->now.text[0] == '-') {
            lexer_next(lexer);
            return -atom(lexer);
        }
        break;
    default:
        break;
    }
    fputs("calc: a number was expected\n", stderr);
    exit(1);
}

static double product(struct lexer *lexer)
{
    double value = atom(lexer);
    while (lexer->now.kind == TOKEN_OPERATOR && (lexer->now.text[0] == '*' || lexer->now.text[0] == '/')) {
        char operation = lexer->now.text[0];
        lexer_next(lexer);
        double right = atom(lexer);
        if (operation == '*') {
            value *= right;
        } else {
            REQUIRE(right != 0.0);
            value /= right;
        }
    }
    return value;
}

static double sum(struct lexer *lexer)
{
    double value = product(lexer);
    while (lexer->now.kind == TOKEN_OPERATOR && (lexer->now.text[0] == '+' || lexer->now.text[0] == '-')) {
        char operation = lexer->now.text[0];
        lexer_next(lexer);
        value = operation == '+' ? value + product(lexer) : value - product(lexer);
    }
    return value;
}

double calc_evaluate(const char *text)
{
    struct lexer lexer;
    lexer_start(&lexer, text);
    double value = sum(&lexer);
    REQUIRE(lexer.now.kind == TOKEN_END);
    return value;
}
