local time = require "satchel.time"
local try = require("satchel.error").try

describe("a time", function()
  for _, case in ipairs {
    { 0, 0 }, { 1767225600.9, 1767225600 },
    { "1970-01-01", 0 }, { "1969-12-31T23:59:59Z", -1 }, { "2026-01-01", 1767225600 },
    { "2026-01-01T00:00", 1767225600 }, { "2026-01-01 00:00:01", 1767225601 },
    { "2026-01-01T01:00:00+01:00", 1767225600 }, { "2025-12-31T19:00:00-0500", 1767225600 },
    { "2026-01-01t00:00:00.999z", 1767225600 }, { "2026-01-01T24:00", 1767312000 },
    { "2024-02-29", 1709164800 }, { "2000-02-29", 951782400 }, { "1601-01-01", -11644473600 },
    { "2026-01-01T00:30+05", 1767225600 + 1800 - 5 * 3600 },
    { "2016-12-31T23:59:60Z", 1483228800 },
    { os.date("*t", 1767225600), 1767225600 },
    { { year = 2026, month = 1, day = 1, hour = 0 }, os.time { year = 2026, month = 1, day = 1,
      hour = 0 } },
  } do
    it("reads " .. tostring(case[1]), function()
      assert.equal(case[2], time.seconds(case[1], "t"))
    end)
  end

  for _, text in ipairs { "", "today", "2026-13-01", "2026-02-29", "2026-00-10", "2026-1-1",
    "2026-01-01T25:00", "2026-01-01T10", "2026-01-01T10:61", "2026-01-01T10:00+24:00",
    "2026-01-01T10:00 CET", "2026-01-01Tx", "2026-01-01x", "2026-01-01T24:01" } do
    it("refuses '" .. text .. "'", function()
      local ok, err = try(time.seconds, text, "received")
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.equal(("received: '%s' is no time"):format(text), err.message)
    end)
  end

  for _, value in ipairs { true, { year = 2026 }, print, 0 / 0, math.huge } do
    it("refuses a " .. type(value), function()
      assert.is_false((try(time.seconds, value, "t")))
    end)
  end

  it("says whether text had an offset", function()
    assert.is_true(select(2, time.parse "2026-01-01T10:00"))
    assert.is_false(select(2, time.parse "2026-01-01T10:00Z"))
  end)

  it("agrees with the C library over four centuries", function()
    for seconds = -11644473600, 4102444800, 86400 * 97 + 12345 do
      assert.equal(seconds, time.seconds(time.iso(seconds), "t"))
    end
  end)
end)
