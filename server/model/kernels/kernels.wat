;; SIMD loops that process two or four numbers at a time, where plain JavaScript would be too slow.
;; `npm run kernels` compiles this file to kernels-module.ts. The caller pads all lengths; all offsets are in bytes.
(module
  (memory (import "trainer" "memory") 0)

  ;; One step of Adam with decoupled weight decay, in float64 on float32 arrays, two elements at a time:
  ;;   m += (g - m) (1 - beta1),  s += (g g - s) (1 - beta2),  v = v decayFactor - alpha m / (sqrt(s) + epsilon)
  ;; Returns 0 if every new value is finite, else NaN.
  (func (export "adam")
    (param $values i32) (param $mean i32) (param $square i32) (param $gradient i32) (param $count i32)
    (param $alpha f64) (param $decayFactor f64) (param $meanShare f64) (param $squareShare f64) (param $epsilon f64)
    (result f32)
    (local $end i32) (local $g v128) (local $m v128) (local $s v128) (local $v v128) (local $sum v128)
    (local.set $end (i32.add (local.get $values) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (local.set $g (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $gradient))))
      (local.set $m (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $mean))))
      (local.set $s (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $square))))
      (local.set $v (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $values))))
      (local.set $m
        (f64x2.add
          (local.get $m)
          (f64x2.mul (f64x2.sub (local.get $g) (local.get $m)) (f64x2.splat (local.get $meanShare)))))
      (local.set $s
        (f64x2.add
          (local.get $s)
          (f64x2.mul
            (f64x2.sub (f64x2.mul (local.get $g) (local.get $g)) (local.get $s))
            (f64x2.splat (local.get $squareShare)))))
      (local.set $v
        (f32x4.demote_f64x2_zero
          (f64x2.sub
            (f64x2.mul (local.get $v) (f64x2.splat (local.get $decayFactor)))
            (f64x2.div
              (f64x2.mul (f64x2.splat (local.get $alpha)) (local.get $m))
              (f64x2.add (f64x2.sqrt (local.get $s)) (f64x2.splat (local.get $epsilon)))))))
      (v128.store64_lane 0 (local.get $mean) (f32x4.demote_f64x2_zero (local.get $m)))
      (v128.store64_lane 0 (local.get $square) (f32x4.demote_f64x2_zero (local.get $s)))
      (v128.store64_lane 0 (local.get $values) (local.get $v))
      ;; v - v is 0 for finite v, else NaN
      (local.set $sum (f32x4.add (local.get $sum) (f32x4.sub (local.get $v) (local.get $v))))
      (local.set $mean (i32.add (local.get $mean) (i32.const 8)))
      (local.set $square (i32.add (local.get $square) (i32.const 8)))
      (local.set $gradient (i32.add (local.get $gradient) (i32.const 8)))
      (local.set $values (i32.add (local.get $values) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $values) (local.get $end))))
    (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum))))

  ;; Decodes float16 (IEEE 754) to float32, exactly, four numbers at a time.
  (func (export "fromFloat16") (param $encoded i32) (param $values i32) (param $count i32)
    (local $end i32) (local $bits v128) (local $size v128)
    (local.set $end (i32.add (local.get $encoded) (i32.shl (local.get $count) (i32.const 1))))
    (loop $next
      (local.set $bits (i32x4.extend_low_i16x8_u (v128.load64_zero (local.get $encoded))))
      (local.set $size
        (i32x4.shl (v128.and (local.get $bits) (i32x4.splat (i32.const 0x7fff))) (i32.const 13)))
      (v128.store
        (local.get $values)
        (v128.or
          (i32x4.shl (v128.and (local.get $bits) (i32x4.splat (i32.const 0x8000))) (i32.const 16))
          (v128.or
            ;; the exponent biases differ by 112; a subnormal float16 becomes a normal float32
            (f32x4.mul (local.get $size) (f32x4.splat (f32.const 0x1p112)))
            ;; infinity and NaN: the largest exponent stays the largest
            (v128.and
              (i32x4.gt_u (local.get $size) (i32x4.splat (i32.const 0x0f7fffff)))
              (i32x4.splat (i32.const 0x7f800000))))))
      (local.set $encoded (i32.add (local.get $encoded) (i32.const 8)))
      (local.set $values (i32.add (local.get $values) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $encoded) (local.get $end))))))
