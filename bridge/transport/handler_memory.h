#pragma once

#include <cstddef>
#include <new>

namespace spanwire::transport {

// Memory for one pending Asio operation, kept in the object that waits, so that an idle connection's wait costs no
// allocation. What does not fit, and a second operation meanwhile, goes to the heap. Must outlive the operation: the
// handler holds its owner. One thread.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* Allocate(size_t bytes) {
    if (in_use_ || bytes > kBytes) return ::operator new(bytes);
    in_use_ = true;
    return storage_;
  }
  bool in_use() const { return in_use_; }
  void Deallocate(void* memory) {
    if (memory == storage_) {
      in_use_ = false;
    } else {
      ::operator delete(memory);
    }
  }

 private:
  // A wait whose handler is one shared_ptr; measured, and checked by a test.
  static constexpr size_t kBytes = 112;

  alignas(std::max_align_t) std::byte storage_[kBytes];
  bool in_use_ = false;
};

// Hands HandlerMemory to Asio: boost::asio::bind_allocator(HandlerAllocator<std::byte>(memory), handler).
template <typename T>
class HandlerAllocator {
 public:
  using value_type = T;

  explicit HandlerAllocator(HandlerMemory& memory) : memory_(&memory) {}
  template <typename U>
  // NOLINTNEXTLINE(google-explicit-constructor): allocators convert, so says the standard
  HandlerAllocator(const HandlerAllocator<U>& other) : memory_(other.memory_) {}

  T* allocate(size_t count) { return static_cast<T*>(memory_->Allocate(count * sizeof(T))); }
  void deallocate(T* memory, size_t) { memory_->Deallocate(memory); }

  template <typename U>
  bool operator==(const HandlerAllocator<U>& other) const {
    return memory_ == other.memory_;
  }

 private:
  template <typename U>
  friend class HandlerAllocator;

  HandlerMemory* memory_;
};

}  // namespace spanwire::transport
