describe("the reference", function()
  it("is what the annotations say (make doc)", function()
    local child = io.popen "lua5.4 doc/reference.lua"
    local fresh = child:read "a"
    assert.is_true(child:close())
    local file <close> = assert(io.open("doc/reference.md", "rb"))
    assert.equal(fresh, file:read "a")
  end)
end)
