/*
** A response of an IMAP server as a value (RFC 9051 7, RFC 3501 7 and the
** extensions named below), and the parser that makes it out of the bytes of
** one response as imap_split.h finds it.
**
** The parser is strict and total: it gives a response, or an error that names
** the place and the offset.  What a response it does not know says is kept as
** bytes.  Texts point into the input or into the arena and are not terminated;
** p == NULL is NIL or "not said", a text of no bytes has p != NULL.
*/
#ifndef sat_imap_response_h
#define sat_imap_response_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define SAT_IMAP_DEPTH 100 /* default bound for nested bodies and lists */

enum sat_imap_type { /* ORDER sat_imap_type: imap_response.c */
  /* 7.1: status responses; those before SAT_IMAP_BYE may be tagged */
  SAT_IMAP_OK,
  SAT_IMAP_NO,
  SAT_IMAP_BAD,
  SAT_IMAP_BYE,
  SAT_IMAP_PREAUTH,
  SAT_IMAP_CONTINUATION,
  SAT_IMAP_CAPABILITY,  /* words */
  SAT_IMAP_ENABLED,     /* words */
  SAT_IMAP_FLAGS,       /* words */
  SAT_IMAP_LIST,        /* list */
  SAT_IMAP_LSUB,        /* list */
  SAT_IMAP_STATUS,      /* status */
  SAT_IMAP_SEARCH,      /* numbers */
  SAT_IMAP_SORT,        /* numbers */
  SAT_IMAP_ESEARCH,     /* esearch */
  SAT_IMAP_THREAD,      /* threads */
  SAT_IMAP_EXISTS,      /* number */
  SAT_IMAP_RECENT,      /* number */
  SAT_IMAP_EXPUNGE,     /* number */
  SAT_IMAP_VANISHED,    /* vanished */
  SAT_IMAP_FETCH,       /* fetch */
  SAT_IMAP_NAMESPACE,   /* namespaces */
  SAT_IMAP_ID,          /* pairs */
  SAT_IMAP_QUOTA,       /* quota */
  SAT_IMAP_QUOTAROOT,   /* mailbox and words */
  SAT_IMAP_ACL,         /* mailbox and pairs: identifier, rights */
  SAT_IMAP_MYRIGHTS,    /* mailbox and one word */
  SAT_IMAP_LISTRIGHTS,  /* mailbox and words: identifier, required, optional */
  SAT_IMAP_METADATA,    /* metadata */
  SAT_IMAP_GENURLAUTH,  /* words */
  SAT_IMAP_URLFETCH,    /* pairs */
  SAT_IMAP_OTHER,       /* other */
  SAT_IMAP_BROKEN       /* broken; never of sat_imap_parse */
};

/* "ok", "no", …, "other" */
const char *sat_imap_type_name(enum sat_imap_type type);

struct sat_imap_word {
  struct sat_bytes text;
  struct sat_imap_word *next;
};

struct sat_imap_pair {
  struct sat_bytes key, value;
  struct sat_imap_pair *next;
};

/* a mailbox: 'raw' as it came, 'name' in UTF-8 (RFC 3501 5.1.3).  A name that
** is no modified UTF-7 is its own raw text. */
struct sat_imap_name {
  struct sat_bytes raw, name;
};

/* a number that may not have been said */
struct sat_imap_number {
  uint64_t v;
  bool said;
};

/* resp-text-code (RFC 9051 7.1, RFC 5530, …).  Which fields are set depends
** on the name; imap_code.c has the table. */
struct sat_imap_code {
  struct sat_bytes name;           /* upper case; p == NULL: no code */
  struct sat_imap_number value;    /* UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ, … */
  struct sat_imap_number uidvalidity;  /* APPENDUID, COPYUID */
  struct sat_imap_number goal;     /* INPROGRESS */
  struct sat_bytes uids;           /* APPENDUID, MODIFIED; a set */
  struct sat_bytes from, to;       /* COPYUID; sets */
  struct sat_bytes tag;            /* INPROGRESS, NOUPDATE */
  struct sat_bytes detail;         /* METADATA: "LONGENTRIES", … */
  struct sat_bytes raw;            /* a code that is not in the table */
  struct sat_imap_word *words;     /* CAPABILITY, PERMANENTFLAGS, … */
  bool has_words;
};

/* RFC 9051 7.3.1, RFC 5258 */
struct sat_imap_list {
  struct sat_imap_word *attributes;
  struct sat_bytes delimiter;      /* NULL or one character */
  struct sat_imap_name name;
  struct sat_imap_name oldname;    /* RFC 9051 6.3.9.7; raw.p == NULL: none */
  struct sat_imap_word *childinfo; /* RFC 5258 3.5 */
  bool has_childinfo;
  struct sat_imap_pair *extra;     /* other extended items: name, raw value */
};

enum sat_imap_status_item { /* ORDER sat_imap_status_item: imap_mailbox.c */
  SAT_IMAP_ST_MESSAGES,
  SAT_IMAP_ST_RECENT,
  SAT_IMAP_ST_UIDNEXT,
  SAT_IMAP_ST_UIDVALIDITY,
  SAT_IMAP_ST_UNSEEN,
  SAT_IMAP_ST_DELETED,
  SAT_IMAP_ST_SIZE,
  SAT_IMAP_ST_HIGHESTMODSEQ, /* RFC 7162 3.1.2.1 */
  SAT_IMAP_ST_APPENDLIMIT,   /* RFC 7889 3.2; NIL: said, but none */
  SAT_IMAP_ST_DELETED_STORAGE, /* RFC 9208 5.2 */
  SAT_IMAP_ST_N
};

struct sat_imap_status {
  struct sat_imap_name name;
  struct sat_imap_number items[SAT_IMAP_ST_N];
  struct sat_bytes mailboxid;      /* RFC 8474 4.3 */
  struct sat_imap_pair *extra;     /* items of other extensions, raw */
};

struct sat_imap_numbers {
  uint32_t *v;
  size_t n;
  struct sat_imap_number modseq;   /* RFC 7162 3.1.5 */
};

/* RFC 9051 7.3.4, RFC 4731 3.1, RFC 9394 3.1 */
struct sat_imap_esearch {
  struct sat_bytes tag;
  bool uid;
  struct sat_imap_number min, max, count, modseq;
  struct sat_bytes all;            /* a set */
  struct sat_bytes partial_range;  /* "1:100" or "-1:-100"; NULL: none */
  struct sat_bytes partial;        /* a set; NULL: NIL */
  struct sat_imap_name mailbox;    /* RFC 7377; raw.p == NULL: not said */
  struct sat_imap_number uidvalidity;
  struct sat_imap_pair *extra;     /* other items: name, raw value */
};

/* RFC 5256 4: what stands in a thread, as it is nested on the wire: messages,
** each of which answers the one before it, and at the end the lists that all
** answer the last of them. */
struct sat_imap_thread {
  uint32_t number;                 /* 0: it is a list */
  struct sat_imap_thread *list, *next;
};

#define SAT_IMAP_THREAD_DEPTH 1000

struct sat_imap_vanished { /* RFC 7162 3.2.10 */
  bool earlier;
  struct sat_bytes uids;
};

/*
** FETCH
*/
struct sat_imap_address { /* RFC 9051 7.5.2 */
  struct sat_bytes name, adl, mailbox, host;
  struct sat_imap_address *next;
};

enum sat_imap_env_list { /* in the order of the wire */
  SAT_IMAP_ENV_FROM,
  SAT_IMAP_ENV_SENDER,
  SAT_IMAP_ENV_REPLY_TO,
  SAT_IMAP_ENV_TO,
  SAT_IMAP_ENV_CC,
  SAT_IMAP_ENV_BCC,
  SAT_IMAP_ENV_N
};

struct sat_imap_envelope {
  struct sat_bytes date, subject, in_reply_to, message_id;
  struct sat_imap_address *lists[SAT_IMAP_ENV_N];
};

struct sat_imap_body { /* RFC 9051 7.5.2: BODYSTRUCTURE */
  struct sat_bytes type, subtype;      /* lower case */
  struct sat_imap_pair *params;        /* keys in lower case */
  struct sat_bytes id, description, encoding;
  struct sat_imap_number size, lines;
  struct sat_imap_envelope *envelope;  /* message/rfc822, message/global */
  struct sat_imap_body *message;       /* its body */
  struct sat_imap_body *parts;         /* of a multipart */
  bool multipart;
  /* extension data */
  struct sat_bytes md5;
  struct sat_bytes disposition;        /* lower case */
  struct sat_imap_pair *disposition_params;
  struct sat_imap_word *languages;
  struct sat_bytes location;
  struct sat_imap_body *next;          /* in its multipart */
};

/* BODY[…] and BINARY[…] with their bytes */
struct sat_imap_section {
  struct sat_bytes key;                /* "BODY[1.MIME]", upper case */
  struct sat_bytes bytes;              /* NULL: NIL */
  struct sat_imap_number origin;       /* BODY[…]<origin> */
  struct sat_imap_section *next;
};

struct sat_imap_binary_size { /* RFC 3516 4.4 */
  struct sat_bytes key;                /* the section: "1.2" */
  uint64_t size;
  struct sat_imap_binary_size *next;
};

struct sat_imap_fetch {
  uint32_t number;                     /* sequence number; UIDFETCH: 0 */
  struct sat_imap_number uid, size, modseq;
  bool has_flags;
  struct sat_imap_word *flags;
  struct sat_imap_envelope *envelope;
  struct sat_imap_body *body;
  struct sat_imap_section *sections, *last_section;
  struct sat_imap_binary_size *binary_sizes, *last_binary_size;
  bool has_date, has_savedate;
  int64_t date;                        /* INTERNALDATE: seconds since 1970 */
  int64_t savedate;                    /* RFC 8514 4.3 */
  struct sat_bytes emailid, threadid;  /* RFC 8474 5 */
  struct sat_bytes preview;            /* RFC 8970 3.2; NULL: NIL */
  bool has_preview;
  struct sat_imap_number gm_msgid, gm_thrid; /* X-GM-EXT-1 */
  struct sat_imap_word *gm_labels;
  bool has_gm_labels;
  struct sat_imap_pair *extra;         /* items of others: name, raw value */
};

/* RFC 9051 7.3.3: personal, other users', shared */
struct sat_imap_space {
  struct sat_imap_name prefix;
  struct sat_bytes delimiter;
  struct sat_imap_pair *extra;         /* name, raw value */
  struct sat_imap_space *next;
};

struct sat_imap_quota { /* RFC 9208 4.2.1 */
  struct sat_bytes root;
  struct sat_imap_resource {
    struct sat_bytes name;             /* upper case */
    uint64_t usage, limit;
    struct sat_imap_resource *next;
  } *resources;
};

struct sat_imap_metadata { /* RFC 5464 4.4 */
  struct sat_imap_name name;
  bool has_values;
  struct sat_imap_pair *entries;       /* if so */
  struct sat_imap_word *changed;       /* if not: names of entries */
};

struct sat_imap_other {
  struct sat_bytes name;               /* upper case */
  struct sat_imap_number number;       /* in front of the name */
  struct sat_bytes raw;                /* behind it */
};

#define SAT_IMAP_RAW ((size_t)16 << 10) /* bytes that are kept of it */

/* a response that the parser refuses: imap_broken.h */
struct sat_imap_broken {
  struct sat_bytes name;               /* "FETCH", "LIST" */
  struct sat_bytes why;                /* what is wrong, and where */
  struct sat_bytes raw;                /* its first bytes */
  struct sat_imap_fetch *fetch;        /* what can be read of it; or NULL */
};

struct sat_imap_response {
  enum sat_imap_type type;
  struct sat_bytes tag;                /* NULL: untagged */
  struct sat_bytes text;               /* status responses, continuation */
  struct sat_imap_code code;
  union {
    uint32_t number;
    struct sat_imap_word *words;
    struct sat_imap_pair *pairs;
    struct sat_imap_list *list;
    struct sat_imap_status *status;
    struct sat_imap_numbers numbers;
    struct sat_imap_esearch *esearch;
    struct sat_imap_thread *threads;
    struct sat_imap_vanished vanished;
    struct sat_imap_fetch *fetch;
    struct sat_imap_space *spaces[3];
    struct sat_imap_quota quota;
    struct sat_imap_metadata metadata;
    struct sat_imap_other other;
    struct sat_imap_broken broken;
    struct {
      struct sat_imap_name name;
      struct sat_imap_word *words;
      struct sat_imap_pair *pairs;
    } mailbox;
  } u;
};

struct sat_imap_options {
  bool utf8;           /* UTF8=ACCEPT or IMAP4rev2 is on: names are UTF-8 */
  unsigned max_depth;  /* 0: SAT_IMAP_DEPTH */
};

/* Parses the n bytes of one response, CRLF included.  Returns 0, or -1 with
** the error set.  'options' may be NULL. */
int sat_imap_parse(const void *p, size_t n,
                   const struct sat_imap_options *options,
                   struct sat_arena *arena, struct sat_error *err,
                   struct sat_imap_response *response_r);

/* Appends the response as a server might have sent it, in one form for each
** meaning: parsed again it gives the same bytes again. */
void sat_imap_print(struct sat_buf *out,
                    const struct sat_imap_response *response);

#endif
