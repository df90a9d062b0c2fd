/*
** Restrictions ([MS-OXCDATA] 2.12): a tree of conditions.  In the ROP
** dialect an and/or has a 16-bit count, elsewhere a 32-bit one; in the NSPI
** dialect a HasValue byte precedes the value of a content or property
** restriction.  Depth is bounded by the reader, and by the same number when
** a tree is written.
*/
#ifndef sat_restriction_h
#define sat_restriction_h

#include "wire/value.h"

enum sat_restriction_type {
  SAT_RES_AND = 0x00,
  SAT_RES_OR = 0x01,
  SAT_RES_NOT = 0x02,
  SAT_RES_CONTENT = 0x03,
  SAT_RES_PROPERTY = 0x04,
  SAT_RES_COMPARE_PROPERTIES = 0x05,
  SAT_RES_BITMASK = 0x06,
  SAT_RES_SIZE = 0x07,
  SAT_RES_EXIST = 0x08,
  SAT_RES_SUBOBJECT = 0x09,
  SAT_RES_COMMENT = 0x0a,
  SAT_RES_COUNT = 0x0b
};

enum sat_relop { /* 2.12.5.1 */
  SAT_RELOP_LT = 0x00,
  SAT_RELOP_LE = 0x01,
  SAT_RELOP_GT = 0x02,
  SAT_RELOP_GE = 0x03,
  SAT_RELOP_EQ = 0x04,
  SAT_RELOP_NE = 0x05,
  SAT_RELOP_RE = 0x06,
  SAT_RELOP_MEMBER_OF_DL = 0x64
};

enum sat_bitmap_relop { SAT_BMR_EQZ = 0x00, SAT_BMR_NEZ = 0x01 };

struct sat_restriction {
  uint8_t type;
  uint8_t op;         /* property, compare, size: sat_relop; bitmask: BMR */
  uint32_t fuzzy;     /* content: FuzzyLevelLow | FuzzyLevelHigh << 16 */
  uint32_t tag, tag2; /* compare: both; subobject: the table */
  uint32_t number;    /* mask, size or count */
  struct sat_property value;        /* content, property */
  struct sat_properties values;     /* comment: at most 255 */
  struct sat_restriction *children; /* and, or: n; else one, or comment: 0 */
  uint32_t n;
};

/* "and", "content", …; NULL for an unknown number */
const char *sat_restriction_name(uint8_t type);
const char *sat_relop_name(uint8_t op);

/* the number of a name, or -1 */
int sat_restriction_by_name(const char *name);
int sat_relop_by_name(const char *name);

/* whether such a restriction has exactly one child (comment: may have) */
bool sat_restriction_nests(uint8_t type);

int sat_restriction_decode(struct sat_reader *r, enum sat_dialect dialect,
                           struct sat_restriction *res_r);
void sat_restriction_encode(struct sat_buf *b,
                            const struct sat_restriction *res,
                            enum sat_dialect dialect);
void sat_restriction_random(struct sat_arena *a, uint64_t *seed,
                            unsigned depth, struct sat_restriction *res_r);
void sat_restriction_print(struct sat_buf *b,
                           const struct sat_restriction *res);

#endif
