local core = require "satchel.core"

local real = "PROCESSING\r\nPENDING\r\nPENDING\r\nDONE\r\nX-ElapsedTime: 12\r\n"
  .. "X-StartTime: Sun, 22 Nov 2026 12:41:37 GMT\r\n\r\n\0\0\0\0body\r\n\r\n"

describe("the envelope of MAPI/HTTP answers", function()
  it("gives meta-tags, headers and body", function()
    local e = core.mapi.envelope(real)
    assert.equal(1, e.processing)
    assert.equal(2, e.pending)
    assert.same({ { "X-ElapsedTime", "12" },
      { "X-StartTime", "Sun, 22 Nov 2026 12:41:37 GMT" } }, e.headers)
    assert.equal("\0\0\0\0body\r\n\r\n", e.body)
  end)

  it("refuses every prefix that ends before the body", function()
    local whole = #real - #"\0\0\0\0body\r\n\r\n"
    for n = 0, whole - 1 do
      local e, err = core.mapi.envelope(real:sub(1, n))
      assert.is_nil(e, n)
      assert.equal("network", err.kind)
    end
    assert.equal("", core.mapi.envelope(real:sub(1, whole)).body)
  end)

  local bad = {
    { "a web page", "<html>\r\n<body>Sign in</body>\r\n", "protocol" },
    { "a tag nobody knows", "PROCESSING\r\nWAITING\r\nDONE\r\n\r\n", "protocol" },
    { "a header without a colon", "DONE\r\nX-ElapsedTime\r\n\r\n", "protocol" },
    { "a header without a name", "DONE\r\n: 1\r\n\r\n", "protocol" },
    { "nothing", "", "network" },
    { "too many headers", "DONE\r\n" .. ("a: b\r\n"):rep(49) .. "\r\n", "limit" },
  }
  for _, case in ipairs(bad) do
    it("refuses " .. case[1], function()
      local e, err = core.mapi.envelope(case[2])
      assert.is_nil(e)
      assert.equal(case[3], err.kind)
    end)
  end

  it("takes bare line feeds and no headers", function()
    local e = core.mapi.envelope("PROCESSING\nDONE\n\nx")
    assert.same({}, e.headers)
    assert.equal("x", e.body)
  end)

  it("takes as many headers as it has room for", function()
    local e = core.mapi.envelope("DONE\r\n" .. ("a: b\r\n"):rep(48) .. "\r\n")
    assert.equal(48, #e.headers)
  end)
end)
