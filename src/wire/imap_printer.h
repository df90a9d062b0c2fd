/*
** Writing responses, for the files imap_print*.c alone.
*/
#ifndef sat_imap_printer_h
#define sat_imap_printer_h

#include "wire/imap_response.h"

void sat_imap_put_number(struct sat_buf *b, uint64_t v);
/* string or NIL */
void sat_imap_put_nstring(struct sat_buf *b, struct sat_bytes v);
/* an atom where it can be one, else a string */
void sat_imap_put_astring(struct sat_buf *b, struct sat_bytes v);
void sat_imap_put_flag(struct sat_buf *b, struct sat_bytes v);

typedef void (*sat_imap_putter)(struct sat_buf *b, struct sat_bytes v);

/* "(" [x *(SP x)] ")" */
void sat_imap_put_words(struct sat_buf *b, const struct sat_imap_word *w,
                        sat_imap_putter put);
/* *(SP x) */
void sat_imap_put_rest(struct sat_buf *b, const struct sat_imap_word *w,
                       sat_imap_putter put);
/* "(" [x SP y *(SP x SP y)] ")" */
void sat_imap_put_pairs(struct sat_buf *b, const struct sat_imap_pair *pair,
                        sat_imap_putter key, sat_imap_putter value);
void sat_imap_put_bytes(struct sat_buf *b, struct sat_bytes v);

/* Items of a list that is open, with a space between two. */
struct sat_imap_items {
  struct sat_buf *b;
  bool any;
};

/* the name of the next item */
void sat_imap_put_item(struct sat_imap_items *items, const char *name);
/* items of extensions: name SP raw value */
void sat_imap_put_extra(struct sat_imap_items *items,
                        const struct sat_imap_pair *pair);
/* name SP number, if it was said */
void sat_imap_put_said(struct sat_imap_items *items, const char *name,
                       struct sat_imap_number v);

/* imap_print_fetch.c */
void sat_imap_put_fetch(struct sat_buf *b, const struct sat_imap_fetch *f);

/* imap_print_body.c */
void sat_imap_put_envelope(struct sat_buf *b,
                           const struct sat_imap_envelope *e);
void sat_imap_put_body(struct sat_buf *b, const struct sat_imap_body *o);

#endif
