#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "calc.h"

void lexer_start(struct lexer *lexer, const char *text)
{
    REQUIRE(text != NULL);
    lexer->at = text;
    lexer_next(lexer);
}

void lexer_next(struct lexer *lexer)
{
    struct token *token = &lexer->now;
    while (isspace((unsigned char)*lexer->at))
        lexer->at++;
    if (*lexer->at == '\0') {
        token->kind = TOKEN_END;
        return;
    }
    if (isdigit((unsigned char)*lexer->at) || *lexer->at == '.') {
        char *end;
        token->kind = TOKEN_NUMBER;
        token->number = strtod(lexer->at, &end);
        REQUIRE(end > lexer->at);
        lexer->at = end;
        return;
    }
    if (isalpha((unsigned char)*lexer->at)) {
        size_t length = 0;
        while (isalnum((unsigned char)lexer->at[length]))
            length++;
        if (length >= sizeof token->text)
            length = sizeof token->text - 1;
        memcpy(token->text, lexer->at, length);
        token->text[length] = '\0';
        token->kind = TOKEN_NAME;
        lexer->at += length;
        return;
    }
    token->kind = *lexer->at == '(' ? TOKEN_OPEN : *lexer->at == ')' ? TOKEN_CLOSE : TOKEN_OPERATOR;
    token->text[0] = *lexer->at++;
    token->text[1] = '\0';
}
