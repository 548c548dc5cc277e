// Stands in for framer-motion, of which GraphiQL uses this much: tabs that can be dragged. 40 kB less on the first load.

import { createContext, forwardRef, useContext, useMemo, useRef } from 'react';

const Dragging = createContext(null);

const Group = forwardRef(function Group({ values, onReorder, axis: _axis, children, ...props }, ref) {
  const dragged = useRef(null);
  const dragging = useMemo(
    () => ({
      begin: (value) => (dragged.current = value),
      end: () => (dragged.current = null),
      over(value) {
        if (dragged.current === null || dragged.current === value) return;
        const others = values.filter((one) => one !== dragged.current);
        const before = values.indexOf(dragged.current) > values.indexOf(value);
        others.splice(others.indexOf(value) + (before ? 0 : 1), 0, dragged.current);
        onReorder(others);
      },
    }),
    [values, onReorder],
  );
  return (
    <Dragging.Provider value={dragging}>
      <ul {...props} ref={ref}>
        {children}
      </ul>
    </Dragging.Provider>
  );
});

const Item = forwardRef(function Item(
  { value, dragElastic: _elastic, dragConstraints: _constraints, children, ...props },
  ref,
) {
  const { begin, end, over } = useContext(Dragging);
  return (
    <li
      {...props}
      ref={ref}
      draggable
      onDragStart={() => begin(value)}
      onDragEnd={end}
      onDragEnter={() => over(value)}
      onDragOver={(event) => event.preventDefault()}
    >
      {children}
    </li>
  );
});

export const Reorder = { Group, Item };
