/*
** A secret: bytes that are wiped before their memory is given back, and
** never printed.
*/
#ifndef sat_secret_h
#define sat_secret_h

#include <stddef.h>

/* Overwrites memory in a way that no compiler leaves out. */
void sat_secret_wipe(void *p, size_t n);

/* A copy with a zero byte behind it; NULL without memory.  The caller frees
** it by sat_secret_free. */
char *sat_secret_copy(const char *s, size_t n);

/* Wipes and frees the string, and nulls the pointer; NULL is allowed. */
void sat_secret_free(char **s);

#endif
