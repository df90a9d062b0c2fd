/*
** RTF: its tokens, and a reader that follows groups, fonts, code pages and
** Unicode ([MSFT-RTF]) and gives the text that shows.  What shows, and what
** stands for the control words, is the matter of its two users: plain text
** (rtf_text.c) and encapsulated HTML (rtf_html.c).
**
** No RTF is so broken that it is refused: what begins with "{\rtf" is read as
** far as it can be, with groups closed that were left open.
*/
#ifndef sat_rtf_h
#define sat_rtf_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/codepage.h"

/* Appends what shows of the RTF as text in UTF-8 with CR LF between lines.
** Returns 0, or -1 with the error set if this is no RTF. */
int sat_rtf_to_text(struct sat_buf *out, const void *p, size_t n,
                    struct sat_error *err);

/* Appends the HTML that the RTF was made from ([MS-OXRTFEX] 2.2), in UTF-8.
** Returns 1, 0 if it was not made from HTML, or -1 if this is no RTF. */
int sat_rtf_to_html(struct sat_buf *out, const void *p, size_t n,
                    struct sat_error *err);

/* Appends text in UTF-8 as RTF ([MS-OXRTFEX] 2.1.3.2, \fromtext). */
void sat_rtf_from_text(struct sat_buf *out, const char *s, size_t n);

/*
** Tokens
*/
enum sat_rtf_kind {
  SAT_RTF_END,
  SAT_RTF_OPEN,   /* { */
  SAT_RTF_CLOSE,  /* } */
  SAT_RTF_WORD,   /* \word, with a parameter or without */
  SAT_RTF_SYMBOL, /* \ and a character that is no letter */
  SAT_RTF_BYTE,   /* \'xx */
  SAT_RTF_TEXT    /* bytes without line ends, braces and backslashes */
};

#define SAT_RTF_WORD_MAX 32

struct sat_rtf_token {
  enum sat_rtf_kind kind;
  char word[SAT_RTF_WORD_MAX + 1]; /* cut if longer */
  bool has_number;
  int32_t number;      /* parameter */
  unsigned char byte;  /* symbol, byte */
  const uint8_t *text;
  size_t n;            /* text */
};

struct sat_rtf_tokens {
  const uint8_t *p, *end;
};

void sat_rtf_next(struct sat_rtf_tokens *t, struct sat_rtf_token *token_r);

/* does it begin as RTF does? */
bool sat_rtf_begins(const void *p, size_t n);

/*
** The reader
*/
#define SAT_RTF_DEPTH 200 /* groups; those within are read as one */
#define SAT_RTF_FONTS 1024

struct sat_rtf_group { /* what ends with a group */
  int32_t font;
  uint32_t skip_after_u;  /* \uc */
  bool ignored;           /* a destination that does not show */
  bool hidden;            /* \v */
  bool fonts;             /* within \fonttbl */
  bool tag;               /* within \htmltag */
  bool rtf_only;          /* \htmlrtf */
};

struct sat_rtf_reader {
  struct sat_buf *out;

  /* set by the user: true if the word was understood */
  bool (*word)(struct sat_rtf_reader *r, const struct sat_rtf_token *t);
  void (*symbol)(struct sat_rtf_reader *r, unsigned char c);
  bool (*shows)(const struct sat_rtf_group *g);

  /* what the header says */
  bool from_html;
  unsigned page;        /* \ansicpg */
  int32_t default_font;

  /* kept by the reader */
  struct sat_rtf_group group, outer[SAT_RTF_DEPTH];
  unsigned depth;
  bool starred;         /* \* came: an unknown destination does not show */
  uint32_t skip;        /* characters still to skip after \u */
  uint32_t high;        /* first half of a surrogate pair; 0: none */
  struct sat_buf bytes; /* text not yet decoded, all in one code page */
  unsigned bytes_page;
  struct sat_codepage codepage;
  struct {
    int32_t number;
    unsigned page;      /* 0: the default */
  } fonts[SAT_RTF_FONTS];
  unsigned font_n;
};

/* Reads it all; the reader is zero but for what the user sets. */
void sat_rtf_read(struct sat_rtf_reader *r, const void *p, size_t n);

/* Appends text in UTF-8, if it shows here. */
void sat_rtf_put(struct sat_rtf_reader *r, const char *s);

#endif
