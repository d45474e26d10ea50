declare module 'virtual:theme.css';
/** The lessons without their solutions, in their order. */
declare module 'virtual:lessons' {
  const lessons: readonly import('../lessons/lesson.ts').Lesson[];
  export default lessons;
}
