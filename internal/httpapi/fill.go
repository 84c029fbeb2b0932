package httpapi

import "reflect"

// fillNil makes every nil slice that v reaches an empty one, so that JSON has
// [] and never null: a page can count on it. Byte slices are left alone: they
// are raw JSON, or text.
func fillNil(v any) { fillValue(reflect.ValueOf(v)) }

func fillValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillValue(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fillValue(f)
			}
		}
	case reflect.Slice:
		fillSlice(v)
	case reflect.Map:
		if v.IsNil() && v.CanSet() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	}
}

func fillSlice(v reflect.Value) {
	elem := v.Type().Elem().Kind()
	if elem == reflect.Uint8 {
		return
	}
	if v.IsNil() && v.CanSet() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return
	}
	if elem == reflect.Struct || elem == reflect.Pointer || elem == reflect.Slice {
		for i := range v.Len() {
			fillValue(v.Index(i))
		}
	}
}
